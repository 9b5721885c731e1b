# A static binary in an empty image, run by nobody.
FROM golang:1.26 AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
RUN CGO_ENABLED=0 go build -trimpath -ldflags "-s -w" -o /carebell . && mkdir /data

FROM scratch
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/
COPY --from=build /carebell /carebell
COPY --from=build --chown=65532:65532 /data /data
USER 65532:65532
ENV CAREBELL_DATA_DIR=/data
VOLUME /data
EXPOSE 8080
ENTRYPOINT ["/carebell"]
