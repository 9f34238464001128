from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('crm', '0004_tokens'),
    ]

    operations = [
        migrations.RunSQL('CREATE SEQUENCE crm_event_sequence', 'DROP SEQUENCE crm_event_sequence'),
        migrations.AddField(
            model_name='event',
            name='sequence',
            field=models.BigIntegerField(db_default=models.Func(models.Value('crm_event_sequence'), function='nextval'), editable=False),
        ),
        migrations.AddIndex(
            model_name='event',
            index=models.Index(condition=models.Q(('position__isnull', True)), fields=['sequence'], name='event_unnumbered'),
        ),
    ]
