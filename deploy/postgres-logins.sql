-- The two logins and the database of deploy/compose.yaml: psql runs this once, on an empty data folder.
-- The owner makes tables and roles; the login that serves has no right of its own.
\set ON_ERROR_STOP on
\set owner_password `cat /run/secrets/owner_password`
\set serving_password `cat /run/secrets/serving_password`
CREATE ROLE carebell_owner LOGIN CREATEROLE PASSWORD :'owner_password';
CREATE ROLE carebell LOGIN NOINHERIT PASSWORD :'serving_password';
CREATE DATABASE carebell OWNER carebell_owner;
