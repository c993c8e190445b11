-- @metadata {"version": "1.0.0", "dependencies": []}

CREATE TABLE segmentos (
  id              UUID        NOT NULL DEFAULT gen_random_uuid(),
  organization_id UUID        NOT NULL,
  nome            VARCHAR(80) NOT NULL,
  criterios       JSONB       NOT NULL,
  created_at      TIMESTAMPTZ NOT NULL DEFAULT now(),
  PRIMARY KEY (organization_id, id),
  UNIQUE (organization_id, nome)
);

-- @down
DROP TABLE segmentos;
