import gc
import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "crm.settings")
# For what is served; commands such as migrate may take as long as they need.
os.environ.setdefault("STATEMENT_TIMEOUT", "60s")
application = get_wsgi_application()
# What was made so far lives as long as the process: the collector need not look through it again and again. And what a
# request makes dies by its counts, cycles being rare: looking for them every 700 objects is a seventh of a list's time.
gc.collect()
gc.freeze()
gc.set_threshold(50_000)
