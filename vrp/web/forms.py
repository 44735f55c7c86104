"""What people type and upload. The services judge it; these only turn posts into values."""

from django import forms

from vrp.domain import limits


class NameForm(forms.Form):
    name = forms.CharField(max_length=200)


class SolveForm(forms.Form):
    engine = forms.CharField(max_length=30, required=False)
    time_limit = forms.FloatField(
        label="Time limit", min_value=1, max_value=limits.MAX_TIME_LIMIT, initial=limits.DEFAULT_TIME_LIMIT
    )
    seed = forms.IntegerField(min_value=0, max_value=2**31 - 1, initial=1, required=False)


class ChangeForm(forms.Form):
    """Which of the changes that a plan proposes for an order it leaves out."""

    type = forms.CharField()
    id = forms.CharField(strip=False)
    change = forms.IntegerField(min_value=0)
