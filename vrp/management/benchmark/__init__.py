"""`manage.py benchmark`, in parts: the sets, one run, the file of runs, the table and the plots."""
