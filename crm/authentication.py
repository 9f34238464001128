from uuid import UUID

from django.contrib.auth.backends import ModelBackend

from crm.models import User


class UserBackend(ModelBackend):
    def get_user(self, user_id: UUID) -> User | None:
        """The session's user with role and unit, in the one query that is made anyway."""
        user = User.objects.with_rights().filter(pk=user_id).first()
        return user if user and self.user_can_authenticate(user) else None
