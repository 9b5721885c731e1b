-- What a person can ask of their own data: files in the chat, a copy of it, and to be forgotten.

-- +goose Up

ALTER TABLE webchat_messages ADD COLUMN file bytea; -- the bytes of the file that body describes

-- The person asked to be forgotten then: the row is there only until their last word has left. It is of
-- a patient without a name, and goes with it.
ALTER TABLE addresses ADD COLUMN erased_at timestamptz;
CREATE INDEX addresses_erased ON addresses (erased_at) WHERE erased_at IS NOT NULL;

-- Who a transaction acts for, while it reads or deletes what is one person's: it sets carebell.person.
-- +goose StatementBegin
CREATE FUNCTION carebell_person() RETURNS uuid LANGUAGE sql STABLE AS
$$SELECT NULLIF(current_setting('carebell.person', true), '')::uuid$$;
-- +goose StatementEnd
REVOKE ALL ON FUNCTION carebell_person() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION carebell_person() TO carebell_app;

-- Who acts for one person sees nobody else's rows.
CREATE POLICY app_one_person ON patients AS RESTRICTIVE FOR SELECT TO carebell_app
    USING ((SELECT carebell_person()) IS NULL OR id = (SELECT carebell_person()));
CREATE POLICY app_one_person ON consents AS RESTRICTIVE FOR SELECT TO carebell_app
    USING ((SELECT carebell_person()) IS NULL OR patient_id = (SELECT carebell_person()));
CREATE POLICY app_one_person ON schedules AS RESTRICTIVE FOR SELECT TO carebell_app
    USING ((SELECT carebell_person()) IS NULL OR patient_id = (SELECT carebell_person()));
CREATE POLICY app_one_person ON scheduled_messages AS RESTRICTIVE FOR SELECT TO carebell_app
    USING ((SELECT carebell_person()) IS NULL OR patient_id = (SELECT carebell_person()));
CREATE POLICY app_one_person ON responses AS RESTRICTIVE FOR SELECT TO carebell_app
    USING ((SELECT carebell_person()) IS NULL OR patient_id = (SELECT carebell_person()));

-- Nothing is deleted but of the person who is acted for.
GRANT DELETE ON patients, addresses, consents, schedules, scheduled_messages, outbox, delivery_attempts, platform_messages,
    status_history, conversations, responses, inbox, care_team, webchat_people, webchat_messages TO carebell_app;
CREATE POLICY app_erases ON patients AS RESTRICTIVE FOR DELETE TO carebell_app USING (id = (SELECT carebell_person()));
CREATE POLICY app_erases ON addresses AS RESTRICTIVE FOR DELETE TO carebell_app USING (patient_id = (SELECT carebell_person()));
CREATE POLICY app_erases ON consents AS RESTRICTIVE FOR DELETE TO carebell_app USING (patient_id = (SELECT carebell_person()));
CREATE POLICY app_erases ON schedules AS RESTRICTIVE FOR DELETE TO carebell_app USING (patient_id = (SELECT carebell_person()));
CREATE POLICY app_erases ON scheduled_messages AS RESTRICTIVE FOR DELETE TO carebell_app USING (patient_id = (SELECT carebell_person()));
CREATE POLICY app_erases ON conversations AS RESTRICTIVE FOR DELETE TO carebell_app USING (patient_id = (SELECT carebell_person()));
CREATE POLICY app_erases ON responses AS RESTRICTIVE FOR DELETE TO carebell_app USING (patient_id = (SELECT carebell_person()));
CREATE POLICY app_erases ON care_team AS RESTRICTIVE FOR DELETE TO carebell_app USING (patient_id = (SELECT carebell_person()));
CREATE POLICY app_erases ON outbox AS RESTRICTIVE FOR DELETE TO carebell_app
    USING (recipient_id IN (SELECT a.id FROM addresses a WHERE a.patient_id = (SELECT carebell_person())));
CREATE POLICY app_erases ON status_history AS RESTRICTIVE FOR DELETE TO carebell_app USING (
    EXISTS (SELECT 1 FROM scheduled_messages m WHERE m.id = message_id AND m.patient_id = (SELECT carebell_person()))
    OR EXISTS (SELECT 1 FROM outbox o JOIN addresses a ON a.id = o.recipient_id WHERE o.id = message_id AND a.patient_id = (SELECT carebell_person())));
CREATE POLICY app_erases ON inbox AS RESTRICTIVE FOR DELETE TO carebell_app USING (
    EXISTS (SELECT 1 FROM addresses a WHERE a.channel = inbox.channel AND a.platform_id = inbox.chat_id AND a.patient_id = (SELECT carebell_person())));
CREATE POLICY app_erases ON webchat_people AS RESTRICTIVE FOR DELETE TO carebell_app USING (
    EXISTS (SELECT 1 FROM addresses a WHERE a.channel = 'webchat' AND a.platform_id = webchat_people.id AND a.patient_id = (SELECT carebell_person())));
CREATE POLICY app_erases ON webchat_messages AS RESTRICTIVE FOR DELETE TO carebell_app USING (
    EXISTS (SELECT 1 FROM addresses a WHERE a.channel = 'webchat' AND a.platform_id = webchat_messages.person_id AND a.patient_id = (SELECT carebell_person())));

-- Of these carebell_app had no rights to delete: it finds and deletes that person's, and reads no more of them.
GRANT SELECT (message_id) ON delivery_attempts TO carebell_app;
CREATE POLICY app_finds ON delivery_attempts FOR SELECT TO carebell_app USING (
    EXISTS (SELECT 1 FROM scheduled_messages m WHERE m.id = message_id AND m.patient_id = (SELECT carebell_person()))
    OR EXISTS (SELECT 1 FROM outbox o JOIN addresses a ON a.id = o.recipient_id WHERE o.id = message_id AND a.patient_id = (SELECT carebell_person())));
CREATE POLICY app_erases ON delivery_attempts FOR DELETE TO carebell_app USING (
    EXISTS (SELECT 1 FROM scheduled_messages m WHERE m.id = message_id AND m.patient_id = (SELECT carebell_person()))
    OR EXISTS (SELECT 1 FROM outbox o JOIN addresses a ON a.id = o.recipient_id WHERE o.id = message_id AND a.patient_id = (SELECT carebell_person())));
CREATE POLICY app_erases ON platform_messages FOR DELETE TO carebell_app USING (
    EXISTS (SELECT 1 FROM addresses a WHERE a.channel = platform_messages.channel AND a.platform_id = platform_messages.chat_id
        AND a.patient_id = (SELECT carebell_person())));
