-- @metadata {"version": "1.1.0", "dependencies": ["vendas@>=1.0.0", "crm"]}

CREATE TYPE campanhas_canal AS ENUM ('email', 'sms', 'push', 'whatsapp');

CREATE TABLE campanhas (
  id              UUID            NOT NULL DEFAULT gen_random_uuid(),
  organization_id UUID            NOT NULL,
  segmento_id     UUID            NOT NULL,
  nome            VARCHAR(120)    NOT NULL,
  canal           campanhas_canal NOT NULL,
  verba           NUMERIC(14,2)   NOT NULL,
  inicio          DATE            NOT NULL,
  fim             DATE            NOT NULL,
  created_at      TIMESTAMPTZ     NOT NULL DEFAULT now(),
  PRIMARY KEY (organization_id, id),
  UNIQUE (organization_id, nome),
  CHECK (verba >= 0),
  CHECK (fim >= inicio),
  FOREIGN KEY (organization_id, segmento_id)
    REFERENCES segmentos (organization_id, id)
);

CREATE TABLE envios (
  id              UUID        NOT NULL DEFAULT gen_random_uuid(),
  organization_id UUID        NOT NULL,
  campanha_id     UUID        NOT NULL,
  cliente_id      UUID        NOT NULL,
  aberto          BOOLEAN     NOT NULL,
  clicado         BOOLEAN     NOT NULL,
  created_at      TIMESTAMPTZ NOT NULL DEFAULT now(),
  PRIMARY KEY (organization_id, id),
  -- Nobody gets the same campaign twice; who clicks has opened.
  UNIQUE (organization_id, campanha_id, cliente_id),
  CHECK (aberto OR NOT clicado),
  FOREIGN KEY (organization_id, campanha_id)
    REFERENCES campanhas (organization_id, id) ON DELETE CASCADE
);

-- @down
DROP TABLE envios;
DROP TABLE campanhas;
DROP TYPE campanhas_canal;
