-- DropIndex
DROP INDEX "events_subject_type_subject_id_sequence_idx";

-- CreateIndex
CREATE INDEX "events_subject_id_sequence_idx" ON "events"("subject_id", "sequence");

-- CreateIndex
CREATE INDEX "events_type_sequence_idx" ON "events"("type", "sequence");

-- Names under a TLD are those that begin with it when they are read backwards.
CREATE INDEX "events_domain_name_backwards_idx" ON "events"(reverse("domain_name") text_pattern_ops);
