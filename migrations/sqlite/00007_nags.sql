-- How often a reminder that nobody answers comes again, within its window.

-- +goose Up

ALTER TABLE schedules ADD COLUMN nag_every_seconds INTEGER NOT NULL DEFAULT 0;
ALTER TABLE schedules ADD COLUMN nag_times INTEGER NOT NULL DEFAULT 0;
