-- The two users and the database: psql -U postgres -v password=... -v rasa_password=... -f deploy/database.sql
-- Hairline owns its tables. Rasa's workers reach one of them; the start of Hairline grants it (docs/scaling.md).
CREATE ROLE hairline LOGIN PASSWORD :'password';
CREATE ROLE hairline_rasa LOGIN PASSWORD :'rasa_password';
CREATE DATABASE hairline OWNER hairline;
REVOKE ALL ON DATABASE hairline FROM PUBLIC;
GRANT CONNECT ON DATABASE hairline TO hairline_rasa;
