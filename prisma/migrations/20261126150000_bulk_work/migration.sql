-- AlterTable
ALTER TABLE "plans" DROP COLUMN "lease_until";

-- CreateTable
CREATE TABLE "bulk_jobs" (
    "id" UUID NOT NULL,
    "organization_id" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "state" TEXT NOT NULL,
    "done" INTEGER NOT NULL,
    "failed" INTEGER NOT NULL,
    "total" INTEGER,
    "problem" TEXT,
    "actor" TEXT NOT NULL,
    "lease_owner" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "started_at" TIMESTAMPTZ(3),
    "ended_at" TIMESTAMPTZ(3),
    "updated_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "bulk_jobs_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "bulk_jobs_organization_id_created_at_id_idx" ON "bulk_jobs"("organization_id", "created_at", "id");

-- One job of a kind at a time for each organization.
CREATE UNIQUE INDEX "bulk_jobs_unfinished_key" ON "bulk_jobs"("organization_id", "kind") WHERE "ended_at" IS NULL;
