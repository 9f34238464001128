"""The indexes of words ignore accents."""

import crm.search
import django.contrib.postgres.indexes
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('crm', '0008_plain_text'),
        ('quotes', '0001_initial'),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name='quote',
            name='quote_words',
        ),
        migrations.AddIndex(
            model_name='quote',
            index=django.contrib.postgres.indexes.GinIndex(crm.search.PlainWords(models.F('number')), name='quote_words'),
        ),
        migrations.RemoveIndex(
            model_name='quote',
            name='quote_name_words',
        ),
        migrations.AddIndex(
            model_name='quote',
            index=django.contrib.postgres.indexes.GinIndex(crm.search.PlainWords(models.F('name')), name='quote_name_words'),
        ),
    ]
