"""The addresses of the pages of webhooks."""

from django.urls import path

from crm.webhooks import delivery_pages, pages

urlpatterns = [
    path("webhooks/", pages.WebhookListPage.as_view(), name="webhooks"),
    path("webhooks/new/", pages.WebhookCreatePage.as_view(), name="webhook-new"),
    path("webhooks/<uuid:pk>/", pages.WebhookPage.as_view(), name="webhook"),
    path("webhooks/<uuid:pk>/edit/", pages.WebhookEditPage.as_view(), name="webhook-edit"),
    path("webhooks/<uuid:pk>/rotate-secret/", pages.RotateSecretPage.as_view(), name="webhook-rotate-secret"),
    path("webhooks/<uuid:pk>/test/", pages.TestPage.as_view(), name="webhook-test"),
    path("webhooks/<uuid:pk>/delete/", pages.WebhookDeletePage.as_view(), name="webhook-delete"),
    path("webhook-deliveries/", delivery_pages.DeliveryListPage.as_view(), name="webhook-deliveries"),
    path("webhook-deliveries/<uuid:pk>/", delivery_pages.DeliveryPage.as_view(), name="webhook-delivery"),
    path(
        "webhook-deliveries/<uuid:pk>/redeliver/",
        delivery_pages.RedeliverPage.as_view(),
        name="webhook-delivery-redeliver",
    ),
]
