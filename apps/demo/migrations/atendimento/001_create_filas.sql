-- @metadata {"version": "1.0.0", "dependencies": []}

CREATE TABLE filas (
  id              UUID        NOT NULL DEFAULT gen_random_uuid(),
  organization_id UUID        NOT NULL,
  nome            VARCHAR(40) NOT NULL,
  prazo_horas     SMALLINT    NOT NULL,
  created_at      TIMESTAMPTZ NOT NULL DEFAULT now(),
  PRIMARY KEY (organization_id, id),
  UNIQUE (organization_id, nome),
  CHECK (prazo_horas > 0)
);

-- @down
DROP TABLE filas;
