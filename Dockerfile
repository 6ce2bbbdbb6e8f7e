# Kindred in a container. Build it with: docker build -t kindred .
# compose.yaml runs three of them; docs/deployment.md says what a node needs to be told.

FROM maven:3.9-eclipse-temurin-17 AS build
WORKDIR /build
COPY . .
RUN mvn -B -P dist -DskipTests -Dspotless.check.skip=true package \
 && mkdir /release \
 && tar xzf dist/target/kindred-*.tar.gz --strip-components=1 -C /release

FROM eclipse-temurin:17-jre
RUN groupadd --system --gid 6379 kindred \
 && useradd --system --uid 6379 --gid kindred --home-dir /data --no-create-home --shell /usr/sbin/nologin kindred \
 && mkdir /data \
 && chown kindred:kindred /data
COPY --from=build /release /opt/kindred
# The class archive of this very Java is made once, here: a start is then about a second quicker.
RUN /opt/kindred/bin/kindred-server --version && test -n "$(ls -A /opt/kindred/cache)"

USER kindred
WORKDIR /data
VOLUME /data
# 6379 for clients, 16379 for other nodes.
EXPOSE 6379 16379
# Where KINDRED_CONF names the file of directives, a node that has a tls-port and no port is asked there (docs/tls.md).
# A node that joins answers LOADING, and is not healthy until it serves; that is not counted while it starts.
HEALTHCHECK --interval=5s --timeout=4s --start-period=120s --retries=3 CMD ["/opt/kindred/bin/kindred-ping"]
# The script ends in `exec java`, so SIGTERM reaches the JVM.
STOPSIGNAL SIGTERM
ENTRYPOINT ["/opt/kindred/bin/kindred-server"]
# Loopback alone unless told otherwise: a node that other machines can reach wants a requirepass and a cluster-secret.
CMD ["/opt/kindred/conf/kindred.conf", "--dir", "/data/node", "--backup-dir", "/data/backups"]
