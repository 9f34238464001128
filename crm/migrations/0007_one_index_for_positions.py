from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("crm", "0006_webhooks")]

    operations = [migrations.RemoveIndex(model_name="event", name="event_unnumbered")]
