-- @metadata {"version": "1.0.0", "dependencies": []}

CREATE TABLE canais (
  id              UUID         NOT NULL DEFAULT gen_random_uuid(),
  organization_id UUID         NOT NULL,
  nome            VARCHAR(40)  NOT NULL,
  comissao        NUMERIC(6,4) NOT NULL,
  created_at      TIMESTAMPTZ  NOT NULL DEFAULT now(),
  PRIMARY KEY (organization_id, id),
  UNIQUE (organization_id, nome),
  CHECK (comissao < 1)
);

CREATE TABLE pedidos_canal (
  id              UUID        NOT NULL DEFAULT gen_random_uuid(),
  organization_id UUID        NOT NULL,
  canal_id        UUID        NOT NULL,
  codigo_externo  VARCHAR(40) NOT NULL,
  carga           JSONB       NOT NULL,
  created_at      TIMESTAMPTZ NOT NULL DEFAULT now(),
  PRIMARY KEY (organization_id, id),
  UNIQUE (organization_id, canal_id, codigo_externo),
  FOREIGN KEY (organization_id, canal_id)
    REFERENCES canais (organization_id, id)
);

-- @down
DROP TABLE pedidos_canal;
DROP TABLE canais;
