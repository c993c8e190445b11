-- @metadata {"version": "1.1.0", "dependencies": []}

CREATE TYPE oportunidades_etapa AS ENUM ('qualificacao', 'proposta', 'negociacao', 'ganha', 'perdida');

CREATE TABLE oportunidades (
  id              UUID                NOT NULL DEFAULT gen_random_uuid(),
  organization_id UUID                NOT NULL,
  lead_id         UUID                NOT NULL,
  titulo          VARCHAR(200)        NOT NULL,
  etapa           oportunidades_etapa NOT NULL,
  valor           NUMERIC(14,2)       NOT NULL,
  created_at      TIMESTAMPTZ         NOT NULL DEFAULT now(),
  PRIMARY KEY (organization_id, id),
  CHECK (titulo <> ''),
  CHECK (valor >= 0),
  FOREIGN KEY (organization_id, lead_id)
    REFERENCES leads (organization_id, id)
);

CREATE INDEX ON oportunidades (organization_id, lead_id);
CREATE INDEX ON oportunidades (organization_id, etapa);

-- @down
DROP TABLE oportunidades;
DROP TYPE oportunidades_etapa;
