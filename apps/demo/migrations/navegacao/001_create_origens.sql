-- @metadata {"version": "1.0.0", "dependencies": []}

CREATE TABLE origens (
  id              UUID        NOT NULL DEFAULT gen_random_uuid(),
  organization_id UUID        NOT NULL,
  nome            VARCHAR(40) NOT NULL,
  created_at      TIMESTAMPTZ NOT NULL DEFAULT now(),
  PRIMARY KEY (organization_id, id),
  UNIQUE (organization_id, nome)
);

CREATE TYPE sessoes_dispositivo AS ENUM ('celular', 'computador', 'tablet');

CREATE TABLE sessoes (
  id              UUID                NOT NULL DEFAULT gen_random_uuid(),
  organization_id UUID                NOT NULL,
  origem_id       UUID                NOT NULL,
  dispositivo     sessoes_dispositivo NOT NULL,
  ip              INET                NOT NULL,
  created_at      TIMESTAMPTZ         NOT NULL DEFAULT now(),
  PRIMARY KEY (organization_id, id),
  FOREIGN KEY (organization_id, origem_id)
    REFERENCES origens (organization_id, id)
);

CREATE INDEX ON sessoes (organization_id, origem_id);
CREATE INDEX ON sessoes (organization_id, created_at);

-- @down
DROP TABLE sessoes;
DROP TABLE origens;
DROP TYPE sessoes_dispositivo;
