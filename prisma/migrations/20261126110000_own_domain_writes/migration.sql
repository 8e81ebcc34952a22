-- CreateTable
CREATE TABLE "own_domain_writes" (
    "organization_id" TEXT NOT NULL,
    "domain_name" TEXT NOT NULL,
    "aspect" TEXT NOT NULL,
    "wanted" TEXT[],
    "sent_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "own_domain_writes_pkey" PRIMARY KEY ("organization_id","domain_name","aspect")
);
