"""What sign-ins leave behind, which neither Django nor django-axes clears away by itself."""

from datetime import timedelta
from typing import Any

from axes.models import AccessLog
from django.contrib.sessions.models import Session
from django.db.models import QuerySet

from crm import clock

LOGGED_FOR = timedelta(days=90)


def sessions_over() -> QuerySet[Any]:
    return Session.objects.filter(expire_date__lt=clock.now()).order_by("expire_date")


def log_over() -> QuerySet[Any]:
    return AccessLog.objects.filter(attempt_time__lt=clock.now() - LOGGED_FOR).order_by("pk")
