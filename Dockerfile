FROM node:24-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci
COPY build.mjs jest.config.cjs ./
COPY sdk ./sdk
COPY src ./src
RUN node build.mjs

# Without the embedded PostgreSQL: here DATABASE_URL is always set.
FROM node:24-bookworm-slim AS modules
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --omit=dev --omit=optional

FROM node:24-bookworm-slim
# What must survive a process: the keys that tokens are signed with. Writable for the user below, also when it is a fresh volume.
RUN install -d -o node -g node /state
ENV NODE_ENV=production MEDIANEST_HOME=/state HOST=0.0.0.0
WORKDIR /app
COPY package.json ./
COPY migrations ./migrations
COPY --from=modules /app/node_modules ./node_modules
COPY --from=build /app/dist ./dist
USER node
EXPOSE 4000
CMD ["node", "--max-semi-space-size=64", "dist/main.js"]
