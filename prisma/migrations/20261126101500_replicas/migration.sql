-- CreateTable
CREATE TABLE "replicas" (
    "id" UUID NOT NULL,
    "seen_at" TIMESTAMPTZ(3) NOT NULL,
    "epoch" TEXT,
    "part" TEXT,
    "announcement" BIGINT,
    "detached_at" TIMESTAMPTZ(3),
    "acknowledged" TEXT[],
    "turn" INTEGER NOT NULL,

    CONSTRAINT "replicas_pkey" PRIMARY KEY ("id")
);
