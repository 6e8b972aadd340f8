"""Tasks: work that outlives its request.  The row is the truth; a message is only a wake-up."""

from django.db import models

from compute.work import clock


class Task(models.Model):
    """A piece of queued work, claimed by lease.

    It is written in the transaction that changes the state which it continues.  `queue` is
    "conductor", "scheduler" or "compute.<host>"; `owner` holds it until `lease_until`; `progress`
    remembers finished steps, so that another worker can go on after a crash.
    """

    kind = models.CharField(max_length=64)
    queue = models.CharField(max_length=255)
    server_uuid = models.CharField(max_length=36, null=True, blank=True, db_index=True)
    payload = models.JSONField(default=dict)
    progress = models.JSONField(default=dict)
    # The caller, as much of it as the work needs: see domain.context.
    context = models.JSONField(default=dict)
    state = models.CharField(max_length=16, default="queued")
    owner = models.CharField(max_length=255, null=True, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True)
    attempts = models.IntegerField(default=0)
    not_before = models.DateTimeField(default=clock.now)
    error = models.TextField(default="", blank=True)
    created_at = models.DateTimeField(default=clock.now)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            # Nothing is done to a server by two workers at once.
            models.UniqueConstraint(
                fields=["server_uuid"],
                condition=models.Q(state="running", server_uuid__isnull=False),
                name="one_running_task_of_a_server",
            )
        ]
        indexes = [
            models.Index(fields=["state", "queue", "not_before"], name="task_claim"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} ({self.state})"
