-- @metadata {"version": "1.1.0", "dependencies": ["catalogo@>=1.1.0"]}

CREATE TYPE eventos_tipo AS ENUM ('visita', 'carrinho', 'compra');

CREATE TABLE eventos (
  id              UUID         NOT NULL DEFAULT gen_random_uuid(),
  organization_id UUID         NOT NULL,
  sessao_id       UUID         NOT NULL,
  produto_id      UUID         NOT NULL,
  tipo            eventos_tipo NOT NULL,
  detalhes        JSONB        NOT NULL,
  created_at      TIMESTAMPTZ  NOT NULL DEFAULT now(),
  PRIMARY KEY (organization_id, id),
  FOREIGN KEY (organization_id, sessao_id)
    REFERENCES sessoes (organization_id, id) ON DELETE CASCADE
);

CREATE INDEX ON eventos (organization_id, sessao_id);
CREATE INDEX ON eventos (organization_id, produto_id, tipo);

-- @down
DROP TABLE eventos;
DROP TYPE eventos_tipo;
