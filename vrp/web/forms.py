"""What people type and upload. The services judge it; these only turn posts into values."""

from django import forms


class NameForm(forms.Form):
    name = forms.CharField(max_length=200)
