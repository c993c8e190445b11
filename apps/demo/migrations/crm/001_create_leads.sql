-- @metadata {"version": "1.0.0", "dependencies": []}

CREATE TYPE leads_origem AS ENUM ('site', 'indicacao', 'evento', 'anuncio');

CREATE TABLE leads (
  id              UUID         NOT NULL DEFAULT gen_random_uuid(),
  organization_id UUID         NOT NULL,
  nome            VARCHAR(200) NOT NULL,
  empresa         VARCHAR(200) NOT NULL,
  email           VARCHAR(255) NOT NULL,
  origem          leads_origem NOT NULL,
  created_at      TIMESTAMPTZ  NOT NULL DEFAULT now(),
  PRIMARY KEY (organization_id, id),
  UNIQUE (organization_id, email),
  CHECK (nome <> ''),
  CHECK (empresa <> '')
);

CREATE TYPE interacoes_canal AS ENUM ('email', 'telefone', 'whatsapp', 'visita');

CREATE TABLE interacoes (
  id              UUID             NOT NULL DEFAULT gen_random_uuid(),
  organization_id UUID             NOT NULL,
  lead_id         UUID             NOT NULL,
  canal           interacoes_canal NOT NULL,
  anotacao        VARCHAR(200)     NOT NULL,
  created_at      TIMESTAMPTZ      NOT NULL DEFAULT now(),
  PRIMARY KEY (organization_id, id),
  CHECK (anotacao <> ''),
  FOREIGN KEY (organization_id, lead_id)
    REFERENCES leads (organization_id, id) ON DELETE CASCADE
);

CREATE INDEX ON interacoes (organization_id, lead_id, created_at);

-- @down
DROP TABLE interacoes;
DROP TABLE leads;
DROP TYPE interacoes_canal;
DROP TYPE leads_origem;
