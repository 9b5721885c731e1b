-- Old rows are taken away once they have ended.

-- +goose Up

CREATE INDEX webchat_messages_time ON webchat_messages (created_at);
