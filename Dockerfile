# The gateway in a container: dependencies in one stage, the program and its own Node in the other. No build step: TypeScript runs as it is.
FROM node:24.9.0-bookworm-slim AS dependencies
WORKDIR /gateway
COPY package.json package-lock.json prisma.config.ts ./
COPY prisma prisma
# Also writes the database client to src/store/generated.
RUN npm ci --omit=dev --no-audit --no-fund

FROM debian:12.12-slim
# What the Node of node_modules is linked with, and the authorities that sign Gandi's certificate.
RUN apt-get update \
  && apt-get install -y --no-install-recommends ca-certificates libatomic1 \
  && rm -rf /var/lib/apt/lists/*
RUN useradd --system --uid 10001 --no-create-home gateway
WORKDIR /gateway
COPY --from=dependencies /gateway/node_modules node_modules
COPY package.json ./
COPY prisma prisma
COPY examples examples
COPY schema schema
COPY src src
COPY --from=dependencies /gateway/src/store/generated src/store/generated
ENV NODE_ENV=production HOST=0.0.0.0 PORT=4000
USER gateway
EXPOSE 4000
HEALTHCHECK --interval=10s --timeout=3s --start-period=30s --retries=3 \
  CMD ["node_modules/.bin/node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT}/health`).then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
CMD ["node_modules/.bin/node", "src/main.ts"]
