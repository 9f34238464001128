from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("opportunities", "0006_plain_words")]

    operations = [
        migrations.AddIndex(
            model_name="opportunity",
            index=models.Index(
                fields=["currency", "state"],
                include=("estimated_revenue", "actual_revenue"),
                name="opportunity_sums",
            ),
        ),
    ]
