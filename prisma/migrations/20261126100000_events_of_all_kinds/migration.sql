-- AlterTable
ALTER TABLE "events" ADD COLUMN     "domain_name" TEXT,
ALTER COLUMN "organization_id" DROP NOT NULL;

-- CreateIndex
CREATE INDEX "events_domain_name_sequence_idx" ON "events"("domain_name", "sequence");

-- Events that were there before: what they are about is in what they tell.
UPDATE "events" SET "domain_name" = "payload"->>'domainName' WHERE "payload" ? 'domainName';
