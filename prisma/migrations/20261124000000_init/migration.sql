-- The collation "C" orders text by code point, alike on every server: keyset pages depend on it. Written by hand, like the last section.

-- CreateTable
CREATE TABLE "facts" (
    "key" TEXT NOT NULL,
    "value" TEXT NOT NULL,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "facts_pkey" PRIMARY KEY ("key")
);

-- CreateTable
CREATE TABLE "organizations" (
    "id" TEXT COLLATE "C" NOT NULL,
    "name" TEXT NOT NULL,
    "type" TEXT,
    "company_name" TEXT,
    "first_name" TEXT,
    "last_name" TEXT,
    "email" TEXT,
    "is_reseller" BOOLEAN NOT NULL,
    "is_corporate" BOOLEAN NOT NULL,
    "vat_number" TEXT,
    "as_of" TIMESTAMPTZ(3) NOT NULL,
    "missing_at" TIMESTAMPTZ(3),

    CONSTRAINT "organizations_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "clients" (
    "organization_id" TEXT COLLATE "C" NOT NULL,
    "id" TEXT COLLATE "C" NOT NULL,
    "name" TEXT NOT NULL,
    "type" TEXT,
    "first_name" TEXT,
    "last_name" TEXT,
    "company_name" TEXT,
    "email" TEXT,
    "row_as_of" TIMESTAMPTZ(3) NOT NULL,
    "detail" JSONB,
    "detail_as_of" TIMESTAMPTZ(3),
    "missing_at" TIMESTAMPTZ(3),
    "sort_name" TEXT COLLATE "C" NOT NULL,
    "search_text" TEXT NOT NULL,

    CONSTRAINT "clients_pkey" PRIMARY KEY ("organization_id","id")
);

-- CreateTable
CREATE TABLE "domains" (
    "organization_id" TEXT COLLATE "C" NOT NULL,
    "name" TEXT COLLATE "C" NOT NULL,
    "unicode_name" TEXT NOT NULL,
    "gandi_id" TEXT NOT NULL,
    "tld" TEXT NOT NULL,
    "epp_statuses" TEXT[],
    "tags" TEXT[],
    "auto_renew" BOOLEAN NOT NULL,
    "registrant_name" TEXT,
    "nameserver_kind" TEXT,
    "created_at" TIMESTAMPTZ(3),
    "registry_created_at" TIMESTAMPTZ(3),
    "expires_at" TIMESTAMPTZ(3),
    "updated_at" TIMESTAMPTZ(3),
    "row_as_of" TIMESTAMPTZ(3) NOT NULL,
    "client_id" TEXT COLLATE "C",
    "client_as_of" TIMESTAMPTZ(3),
    "detail" JSONB,
    "detail_as_of" TIMESTAMPTZ(3),
    "presence" TEXT NOT NULL,
    "presence_reason" TEXT,
    "presence_as_of" TIMESTAMPTZ(3) NOT NULL,
    "search_text" TEXT NOT NULL,

    CONSTRAINT "domains_pkey" PRIMARY KEY ("organization_id","name")
);

-- CreateTable
CREATE TABLE "mirror_lists" (
    "key" TEXT NOT NULL,
    "complete_at" TIMESTAMPTZ(3),
    "started_at" TIMESTAMPTZ(3),
    "total" INTEGER,
    "fetched" INTEGER NOT NULL DEFAULT 0,
    "last_error" TEXT,
    "last_error_at" TIMESTAMPTZ(3),

    CONSTRAINT "mirror_lists_pkey" PRIMARY KEY ("key")
);

-- CreateTable
CREATE TABLE "tlds" (
    "name" TEXT NOT NULL,
    "detail" JSONB,
    "row_as_of" TIMESTAMPTZ(3) NOT NULL,
    "detail_as_of" TIMESTAMPTZ(3),

    CONSTRAINT "tlds_pkey" PRIMARY KEY ("name")
);

-- CreateTable
CREATE TABLE "tld_prices" (
    "organization_id" TEXT NOT NULL,
    "currency" TEXT NOT NULL,
    "tld" TEXT NOT NULL,
    "process" TEXT NOT NULL,
    "prices" JSONB NOT NULL,
    "as_of" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "tld_prices_pkey" PRIMARY KEY ("organization_id","currency","tld","process")
);

-- CreateTable
CREATE TABLE "orders" (
    "id" UUID NOT NULL,
    "organization_id" TEXT COLLATE "C" NOT NULL,
    "kind" TEXT NOT NULL,
    "state" TEXT NOT NULL,
    "domain_name" TEXT COLLATE "C" NOT NULL,
    "client_id" TEXT COLLATE "C",
    "created_client" BOOLEAN NOT NULL DEFAULT false,
    "mutation" TEXT NOT NULL,
    "idempotency_key" TEXT NOT NULL,
    "fingerprint" TEXT NOT NULL,
    "secret_digest" TEXT,
    "input" JSONB NOT NULL,
    "lease_owner" TEXT,
    "lease_until" TIMESTAMPTZ(3),
    "failure_code" TEXT,
    "failure_message" TEXT,
    "timeline" JSONB NOT NULL,
    "actor" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,
    "submitted_at" TIMESTAMPTZ(3),
    "ended_at" TIMESTAMPTZ(3),

    CONSTRAINT "orders_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "transfers" (
    "id" UUID NOT NULL,
    "order_id" UUID NOT NULL,
    "organization_id" TEXT COLLATE "C" NOT NULL,
    "domain_name" TEXT COLLATE "C" NOT NULL,
    "client_id" TEXT COLLATE "C",
    "step" TEXT NOT NULL,
    "waiting_on" TEXT NOT NULL,
    "deadline_at" TIMESTAMPTZ(3),
    "upstream" JSONB NOT NULL,
    "started_at" TIMESTAMPTZ(3) NOT NULL,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,
    "step_since" TIMESTAMPTZ(3) NOT NULL,
    "ended_at" TIMESTAMPTZ(3),
    "version" INTEGER NOT NULL DEFAULT 1,
    "as_of" TIMESTAMPTZ(3),
    "next_poll_at" TIMESTAMPTZ(3),
    "lease_owner" TEXT,
    "lease_until" TIMESTAMPTZ(3),

    CONSTRAINT "transfers_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "events" (
    "sequence" BIGSERIAL NOT NULL,
    "id" UUID NOT NULL,
    "organization_id" TEXT NOT NULL,
    "client_id" TEXT,
    "type" TEXT NOT NULL,
    "subject_type" TEXT NOT NULL,
    "subject_id" TEXT NOT NULL,
    "payload" JSONB NOT NULL,
    "occurred_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "events_pkey" PRIMARY KEY ("sequence")
);

-- CreateTable
CREATE TABLE "audit_entries" (
    "id" UUID NOT NULL,
    "organization_id" TEXT,
    "actor" TEXT NOT NULL,
    "action" TEXT NOT NULL,
    "subject" TEXT NOT NULL,
    "request_id" TEXT NOT NULL,
    "occurred_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "audit_entries_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "clients_id_idx" ON "clients"("id");

-- CreateIndex
CREATE INDEX "clients_sort_name_organization_id_id_idx" ON "clients"("sort_name", "organization_id", "id");

-- CreateIndex
CREATE INDEX "domains_name_organization_id_idx" ON "domains"("name", "organization_id");

-- CreateIndex
CREATE INDEX "domains_organization_id_client_id_idx" ON "domains"("organization_id", "client_id");

-- CreateIndex
CREATE INDEX "orders_created_at_id_idx" ON "orders"("created_at", "id");

-- CreateIndex
CREATE INDEX "orders_organization_id_created_at_id_idx" ON "orders"("organization_id", "created_at", "id");

-- CreateIndex
CREATE INDEX "orders_domain_name_idx" ON "orders"("domain_name");

-- CreateIndex
CREATE UNIQUE INDEX "orders_organization_id_mutation_idempotency_key_key" ON "orders"("organization_id", "mutation", "idempotency_key");

-- CreateIndex
CREATE UNIQUE INDEX "transfers_order_id_key" ON "transfers"("order_id");

-- CreateIndex
CREATE INDEX "transfers_started_at_id_idx" ON "transfers"("started_at", "id");

-- CreateIndex
CREATE INDEX "transfers_organization_id_started_at_id_idx" ON "transfers"("organization_id", "started_at", "id");

-- CreateIndex
CREATE INDEX "transfers_domain_name_idx" ON "transfers"("domain_name");

-- CreateIndex
CREATE UNIQUE INDEX "events_id_key" ON "events"("id");

-- CreateIndex
CREATE INDEX "events_subject_type_subject_id_sequence_idx" ON "events"("subject_type", "subject_id", "sequence");

-- CreateIndex
CREATE INDEX "events_organization_id_sequence_idx" ON "events"("organization_id", "sequence");

-- CreateIndex
CREATE INDEX "audit_entries_organization_id_occurred_at_idx" ON "audit_entries"("organization_id", "occurred_at");

-- AddForeignKey
ALTER TABLE "transfers" ADD CONSTRAINT "transfers_order_id_fkey" FOREIGN KEY ("order_id") REFERENCES "orders"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- One unfinished order of a kind for a domain.
CREATE UNIQUE INDEX "orders_unfinished_key" ON "orders"("kind", "domain_name") WHERE "ended_at" IS NULL;

-- Orders to take up again after a restart, oldest first.
CREATE INDEX "orders_unfinished_idx" ON "orders"("created_at", "id") WHERE "ended_at" IS NULL;

-- Transfers to ask Gandi about next.
CREATE INDEX "transfers_next_poll_at_idx" ON "transfers"("next_poll_at") WHERE "ended_at" IS NULL;

-- Listings sort what has no date last.
CREATE INDEX "domains_expires_at_idx" ON "domains"(COALESCE("expires_at", 'infinity'::timestamptz), "organization_id", "name");
CREATE INDEX "domains_created_at_idx" ON "domains"(COALESCE("created_at", 'infinity'::timestamptz), "organization_id", "name");
CREATE INDEX "domains_updated_at_idx" ON "domains"(COALESCE("updated_at", 'infinity'::timestamptz), "organization_id", "name");

ALTER TABLE "domains"
  ADD CONSTRAINT "domains_presence_known" CHECK ("presence" IN ('PRESENT', 'ABSENT_CONFIRMED', 'UNKNOWN'));

ALTER TABLE "orders"
  ADD CONSTRAINT "orders_state_known" CHECK ("state" IN ('CLAIMED', 'SUBMITTED', 'ACCEPTED', 'WAITING', 'ACTION_REQUIRED', 'COMPLETED', 'FAILED', 'CANCELLED')),
  ADD CONSTRAINT "orders_ended_when_final" CHECK (("ended_at" IS NOT NULL) = ("state" IN ('COMPLETED', 'FAILED', 'CANCELLED')));

ALTER TABLE "transfers"
  ADD CONSTRAINT "transfers_step_known" CHECK ("step" IN ('SUBMITTING', 'PAYMENT', 'HOLDER_APPROVAL', 'REGISTRY', 'LOSING_REGISTRAR', 'SUPPORT', 'ACTION_REQUIRED', 'COMPLETED', 'FAILED', 'UNKNOWN')),
  ADD CONSTRAINT "transfers_ended_when_final" CHECK ("ended_at" IS NOT NULL OR "step" NOT IN ('COMPLETED', 'FAILED'));

-- Rows of these tables are rewritten again and again with the same keys. With half of each page free the new version lands beside the old one and
-- no index grows (heap-only tuples), which matters where no autovacuum runs.
ALTER TABLE "domains" SET (fillfactor = 45);
ALTER TABLE "clients" SET (fillfactor = 45);
ALTER TABLE "tld_prices" SET (fillfactor = 45);
ALTER TABLE "orders" SET (fillfactor = 45);
ALTER TABLE "transfers" SET (fillfactor = 45);
