-- What a person can ask of their own data: files in the chat, and to be forgotten.

-- +goose Up

ALTER TABLE webchat_messages ADD COLUMN file BLOB; -- the bytes of the file that body describes

-- The person asked to be forgotten then: the row is there only until their last word has left. It is of
-- a patient without a name, and goes with it.
ALTER TABLE addresses ADD COLUMN erased_at INTEGER;
CREATE INDEX addresses_erased ON addresses (erased_at) WHERE erased_at IS NOT NULL;
