extension Parameter {
    /// Number i of a parameter [count, ...], in the same memory: a parameter of its own, with packed copies of its own.
    ///
    /// It does not follow the whole into an arena: what is made of parts is not trained.
    package func part(_ i: Int) -> Parameter {
        let part = Array(shape.dropFirst()), size = part.reduce(1, *)
        if shape.count == 3, i < blocks.count {
            return Parameter(name: "\(name)[\(i)]", shape: part, blocks: blocks[i])
        }
        let whole = value
        return Parameter(
            name: "\(name)[\(i)]",
            value: Tensor(part, whole.dtype, storage: whole.storage, offset: whole.offset + i * size))
    }
}
