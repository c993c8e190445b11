-- @metadata {"version": "1.1.0", "dependencies": []}

CREATE TABLE produtos (
  id              UUID          NOT NULL DEFAULT gen_random_uuid(),
  organization_id UUID          NOT NULL,
  marca_id        UUID          NOT NULL,
  categoria_id    UUID          NOT NULL,
  nome            VARCHAR(200)  NOT NULL,
  preco           NUMERIC(14,2) NOT NULL,
  etiquetas       TEXT[]        NOT NULL,
  atributos       JSONB         NOT NULL,
  created_at      TIMESTAMPTZ   NOT NULL DEFAULT now(),
  PRIMARY KEY (organization_id, id),
  CHECK (nome <> ''),
  CHECK (preco >= 0),
  FOREIGN KEY (organization_id, marca_id)
    REFERENCES marcas (organization_id, id),
  FOREIGN KEY (organization_id, categoria_id)
    REFERENCES categorias (organization_id, id)
);

CREATE INDEX ON produtos (organization_id, categoria_id);
CREATE INDEX ON produtos (organization_id, marca_id);
CREATE INDEX ON produtos (organization_id, preco);

CREATE TABLE variacoes (
  id              UUID        NOT NULL DEFAULT gen_random_uuid(),
  organization_id UUID        NOT NULL,
  produto_id      UUID        NOT NULL,
  codigo          VARCHAR(20) NOT NULL,
  cor             VARCHAR(30) NOT NULL,
  created_at      TIMESTAMPTZ NOT NULL DEFAULT now(),
  PRIMARY KEY (organization_id, id),
  UNIQUE (organization_id, codigo),
  CHECK (cor <> ''),
  FOREIGN KEY (organization_id, produto_id)
    REFERENCES produtos (organization_id, id)
);

CREATE INDEX ON variacoes (organization_id, produto_id);

-- @down
DROP TABLE variacoes;
DROP TABLE produtos;
