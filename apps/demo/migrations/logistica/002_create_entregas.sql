-- @metadata {"version": "1.1.0", "dependencies": ["vendas@>=1.1.0"]}

CREATE TABLE entregas (
  id                UUID          NOT NULL DEFAULT gen_random_uuid(),
  organization_id   UUID          NOT NULL,
  transportadora_id UUID          NOT NULL,
  pedido_id         UUID          NOT NULL,
  codigo            CHAR(13)      NOT NULL,
  frete             NUMERIC(14,2) NOT NULL,
  prevista_para     DATE          NOT NULL,
  created_at        TIMESTAMPTZ   NOT NULL DEFAULT now(),
  PRIMARY KEY (organization_id, id),
  UNIQUE (organization_id, codigo),
  CHECK (frete >= 0),
  FOREIGN KEY (organization_id, transportadora_id)
    REFERENCES transportadoras (organization_id, id)
);

CREATE INDEX ON entregas (organization_id, pedido_id);
CREATE INDEX ON entregas (organization_id, prevista_para);

CREATE TYPE rastreios_situacao AS ENUM ('postado', 'em transito', 'saiu', 'entregue', 'ausente');

CREATE TABLE rastreios (
  id              UUID               NOT NULL DEFAULT gen_random_uuid(),
  organization_id UUID               NOT NULL,
  entrega_id      UUID               NOT NULL,
  situacao        rastreios_situacao NOT NULL,
  cidade          VARCHAR(80)        NOT NULL,
  created_at      TIMESTAMPTZ        NOT NULL DEFAULT now(),
  PRIMARY KEY (organization_id, id),
  CHECK (cidade <> ''),
  FOREIGN KEY (organization_id, entrega_id)
    REFERENCES entregas (organization_id, id) ON DELETE CASCADE
);

CREATE INDEX ON rastreios (organization_id, entrega_id, created_at);

-- @down
DROP TABLE rastreios;
DROP TABLE entregas;
DROP TYPE rastreios_situacao;
