-- CreateTable
CREATE TABLE "webhooks" (
    "id" UUID NOT NULL,
    "organization_id" TEXT,
    "client_id" TEXT,
    "url" TEXT NOT NULL,
    "description" TEXT,
    "filter" JSONB NOT NULL,
    "query" TEXT,
    "state" TEXT NOT NULL,
    "state_reason" TEXT,
    "state_since" TIMESTAMPTZ(3) NOT NULL,
    "position" BIGINT NOT NULL,
    "secret" TEXT NOT NULL,
    "previous_secret" TEXT,
    "previous_secret_until" TIMESTAMPTZ(3),
    "failing_since" TIMESTAMPTZ(3),
    "actor" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "webhooks_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "webhook_deliveries" (
    "id" UUID NOT NULL,
    "webhook_id" UUID NOT NULL,
    "sequence" BIGINT,
    "event_id" UUID,
    "type" TEXT NOT NULL,
    "subject_key" TEXT NOT NULL,
    "body" TEXT,
    "state" TEXT NOT NULL,
    "attempts" JSONB NOT NULL DEFAULT '[]',
    "attempt_count" INTEGER NOT NULL DEFAULT 0,
    "first_attempt_at" TIMESTAMPTZ(3),
    "next_attempt_at" TIMESTAMPTZ(3),
    "lease_owner" TEXT,
    "lease_until" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "ended_at" TIMESTAMPTZ(3),

    CONSTRAINT "webhook_deliveries_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "webhooks_organization_id_created_at_id_idx" ON "webhooks"("organization_id", "created_at", "id");

-- CreateIndex
CREATE INDEX "webhook_deliveries_webhook_id_created_at_id_idx" ON "webhook_deliveries"("webhook_id", "created_at", "id");

-- CreateIndex
CREATE INDEX "webhook_deliveries_created_at_id_idx" ON "webhook_deliveries"("created_at", "id");

-- CreateIndex
CREATE UNIQUE INDEX "webhook_deliveries_webhook_id_sequence_key" ON "webhook_deliveries"("webhook_id", "sequence");

-- AddForeignKey
ALTER TABLE "webhook_deliveries" ADD CONSTRAINT "webhook_deliveries_webhook_id_fkey" FOREIGN KEY ("webhook_id") REFERENCES "webhooks"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- What is open, in the order in which it is due.
CREATE INDEX "webhook_deliveries_due_idx" ON "webhook_deliveries"("webhook_id", "next_attempt_at", "sequence") WHERE "ended_at" IS NULL;

-- What stands before a delivery in the line of its subject.
CREATE INDEX "webhook_deliveries_line_idx" ON "webhook_deliveries"("webhook_id", "subject_key", "sequence") WHERE "state" = 'PENDING';

-- Events that still have to be read.
CREATE INDEX "webhook_deliveries_unwritten_idx" ON "webhook_deliveries"("sequence") WHERE "ended_at" IS NULL AND "body" IS NULL;

-- What can be forgotten after a time.
CREATE INDEX "webhook_deliveries_ended_at_idx" ON "webhook_deliveries"("ended_at") WHERE "ended_at" IS NOT NULL;
