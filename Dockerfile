# docker build -t feedmill . && docker run -p 8080:8080 -v "$PWD/news:/mill" feedmill
#
# tests/package.sh runs the second stage in a Debian root that debootstrap creates.

FROM rust:1.95-bookworm AS build
WORKDIR /src
COPY . .
RUN cargo build --release --locked --features object-store

# The binary depends on libc and libgcc_s, which every Debian has.
FROM debian:bookworm-slim
RUN useradd --uid 1000 --home-dir /mill --create-home --shell /usr/sbin/nologin mill
COPY --from=build /src/target/release/feedmill /usr/bin/feedmill
# Contains seeds/, feeds/ and, if needed, feedmill.toml; user 1000 writes here.
USER mill
WORKDIR /mill
VOLUME /mill
EXPOSE 8080
HEALTHCHECK CMD ["bash", "-c", "exec 3<>/dev/tcp/127.0.0.1/8080; echo -ne 'GET /healthz HTTP/1.0\r\n\r\n' >&3; grep -q '^HTTP/1.. 200 ' <&3"]
ENTRYPOINT ["feedmill"]
CMD ["serve", "--listen", "0.0.0.0:8080"]
