"""The metadata service's URLs, for requests of its own application.

Which path is what is in the trees, so one view takes them all.
"""

from django.urls import re_path

from compute.metadata_api import views

urlpatterns = [re_path("", views.answer)]
handler500 = "compute.metadata_api.views.failed"
