from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("crm", "0009_kept_forms")]

    operations = [
        migrations.RemoveIndex(model_name="event", name="event_timeline"),
        migrations.AddIndex(
            model_name="event",
            index=models.Index(fields=["group_id", "-sequence"], name="event_timeline"),
        ),
    ]
