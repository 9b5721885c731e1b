-- Who of the staff may see whom.

-- +goose Up

CREATE TABLE staff (
    id         TEXT PRIMARY KEY,
    name       TEXT NOT NULL DEFAULT '',
    role       TEXT NOT NULL CHECK (role IN ('caregiver', 'provider', 'admin')),
    created_at INTEGER NOT NULL,
    left_at    INTEGER                         -- since then they see nobody
) STRICT;

CREATE TABLE care_team (
    patient_id TEXT NOT NULL REFERENCES patients (id),
    staff_id   TEXT NOT NULL REFERENCES staff (id),
    since      INTEGER NOT NULL,
    until      INTEGER,                        -- null while they are in the team
    PRIMARY KEY (patient_id, staff_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX care_team_staff ON care_team (staff_id) WHERE until IS NULL;
