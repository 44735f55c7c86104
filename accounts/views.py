"""The account pages: sign up, log in, log out, and the profile with its devices."""

from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import views
from django.contrib.auth.decorators import login_required
from django.contrib.auth.forms import AuthenticationForm, PasswordChangeForm
from django.contrib.auth.mixins import LoginRequiredMixin
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse_lazy
from django.utils.timezone import now
from django.views.decorators.http import require_POST

from accounts import logins
from accounts.forms import LogInForm, ProfileForm, SignUpForm
from accounts.models import User

DEVICES_SHOWN = 100


def signup(request: HttpRequest) -> HttpResponse:
    if request.user.is_authenticated:
        return redirect(settings.LOGIN_REDIRECT_URL)
    form = SignUpForm(request.POST or None)
    user = form.save_if_free() if form.is_valid() else None
    if user is None:
        code = 422 if form.is_bound else 200
        return render(request, "accounts/signup.html", {"form": form}, status=code)
    logins.open_for_browser(user=user, request=request, now=now())
    return redirect(settings.LOGIN_REDIRECT_URL)


class LogIn(views.LoginView):
    template_name = "accounts/login.html"
    form_class = LogInForm
    redirect_authenticated_user = True

    def form_valid(self, form: AuthenticationForm) -> HttpResponse:
        logins.open_for_browser(user=form.get_user(), request=self.request, now=now())
        return redirect(self.get_success_url())


class LogOut(views.LogoutView):
    def post(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        logins.end_browser(request=request, now=now())
        return super().post(request, *args, **kwargs)


@login_required
def profile(request: HttpRequest) -> HttpResponse:
    user = _myself(request)
    form = ProfileForm(request.POST if request.method == "POST" else None, instance=user)
    if form.is_valid():
        form.save()
        messages.success(request, "Your profile was saved.")
        return redirect("accounts:profile")
    devices = user.logins.alive(now()).order_by("-last_used_at")[:DEVICES_SHOWN]
    context = {"form": form, "devices": devices, "current": logins.current(request)}
    return render(request, "accounts/profile.html", context, status=422 if form.is_bound else 200)


@login_required
@require_POST
def device_revoke(request: HttpRequest, pk: UUID) -> HttpResponse:
    device = _myself(request).logins.alive(now()).filter(pk=pk)
    if not device.revoke("signed out from another device", now()):
        raise Http404
    messages.success(request, "The device was signed out.")
    return redirect("accounts:profile")


class PasswordChange(LoginRequiredMixin, views.PasswordChangeView):
    template_name = "accounts/password.html"
    success_url = reverse_lazy("accounts:profile")

    def form_valid(self, form: PasswordChangeForm) -> HttpResponse:
        response = super().form_valid(form)
        user, here = _myself(self.request), logins.current(self.request)
        logins.end_all(user=user, reason="password changed", now=now(), keep=here)
        messages.success(self.request, "Your password was changed. All other devices were signed out.")
        return response


def _myself(request: HttpRequest) -> User:
    # A row of our own, not the lazy user of the request: a form that fails must not change the name on the page.
    assert isinstance(request.user, User)
    return User.objects.get(pk=request.user.pk)
