-- CreateTable
CREATE TABLE "webhook_redeliveries" (
    "id" UUID NOT NULL,
    "webhook_id" UUID NOT NULL,
    "since" TIMESTAMPTZ(3) NOT NULL,
    "include_delivered" BOOLEAN NOT NULL,
    "position" BIGINT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "webhook_redeliveries_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "webhook_redeliveries_webhook_id_idx" ON "webhook_redeliveries"("webhook_id");

-- AddForeignKey
ALTER TABLE "webhook_redeliveries" ADD CONSTRAINT "webhook_redeliveries_webhook_id_fkey" FOREIGN KEY ("webhook_id") REFERENCES "webhooks"("id") ON DELETE CASCADE ON UPDATE CASCADE;
