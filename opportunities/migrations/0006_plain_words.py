"""The indexes of words ignore accents."""

import crm.search
import django.contrib.postgres.indexes
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('crm', '0008_plain_text'),
        ('opportunities', '0005_list_indexes'),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name='account',
            name='account_words',
        ),
        migrations.AddIndex(
            model_name='account',
            index=django.contrib.postgres.indexes.GinIndex(crm.search.PlainWords(models.F('name')), name='account_words'),
        ),
        migrations.RemoveIndex(
            model_name='opportunity',
            name='opportunity_words',
        ),
        migrations.AddIndex(
            model_name='opportunity',
            index=django.contrib.postgres.indexes.GinIndex(crm.search.PlainWords(models.F('topic')), name='opportunity_words'),
        ),
    ]
