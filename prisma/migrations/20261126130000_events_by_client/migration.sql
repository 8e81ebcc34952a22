-- CreateIndex
CREATE INDEX "events_client_id_sequence_idx" ON "events"("client_id", "sequence");
