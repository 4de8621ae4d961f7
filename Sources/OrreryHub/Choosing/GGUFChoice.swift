import OrreryFiles

/// Which GGUF file of a repository is meant: by its quantisation, as llama.cpp's -hf has it, or the one that is usual.
struct GGUFChoice {
    private let name: HubName
    private let all: [RepositoryFile]
    /// The models, of one in several parts the first part.
    private let models: [RepositoryFile]

    init(_ name: HubName, _ all: [RepositoryFile]) {
        (self.name, self.all) = (name, all)
        models = all.filter { file in
            Self.isModel(file) && (GGUFPart(file.path)?.number ?? 1) == 1
        }
    }

    /// What is there as a model; projectors of images, statistics of a quantisation and drafts of another model are
    /// not.
    static func isModel(_ file: RepositoryFile) -> Bool {
        let name = file.name.lowercased()
        guard name.hasSuffix(".gguf") else { return false }
        return !["mmproj", "imatrix", "mtp-", "eagle3-", "dflash-", "dspark-"].contains { name.contains($0) }
    }

    /// The only model, or the one in Q4_K_M.
    ///
    /// - Throws: `HubError` that lists what is there.
    func standard() throws -> [RepositoryFile] {
        if models.count == 1 { return try whole(models[0]) }
        guard !models.isEmpty else { throw nothing() }
        let usual = matches("Q4_K_M")
        if usual.count == 1 { return try whole(usual[0]) }
        throw choice("holds \(models.count) models; name one of them, as in \(name.repository):\(example)")
    }

    /// The model in a quantisation.
    ///
    /// - Throws: `HubError` that lists what is there.
    func tagged(_ tag: String) throws -> [RepositoryFile] {
        let found = matches(tag)
        if found.count == 1 { return try whole(found[0]) }
        if models.isEmpty { throw HubError(.choice, "\(name)", "the repository has no file of this name") }
        throw choice(
            found.isEmpty ? "no file or quantisation of this name" : "\(found.count) files of this quantisation")
    }

    /// All parts of a model, or the file alone where it is whole.
    func whole(_ file: RepositoryFile) throws -> [RepositoryFile] {
        guard let part = GGUFPart(file.path) else { return [file] }
        guard part.number == 1 else {
            throw HubError(.choice, "\(name)", "is part \(part.number) of a model; name the first, \(part.path(1))")
        }
        return try (1 ... part.count).map { number in
            let path = part.path(number)
            guard let file = all.first(where: { $0.path == path }) else {
                throw HubError(.incomplete, "\(name)", "\(path), a part of the model, is missing")
            }
            return file
        }
    }

    /// The models with `tag` at the end of their names or, where none has, between two marks anywhere.
    private func matches(_ tag: String) -> [RepositoryFile] {
        let tag = tag.uppercased()
        let atEnd = models.filter { file in
            let stem = Self.stem(file.path)
            return stem.hasSuffix(tag) && Self.isMark(stem.dropLast(tag.count).last)
        }
        if !atEnd.isEmpty { return atEnd }
        return models.filter { file in
            Self.stem(file.path).ranges(of: tag).contains { range in
                let stem = Self.stem(file.path)
                return Self.isMark(stem[..<range.lowerBound].last) && Self.isMark(stem[range.upperBound...].first)
            }
        }
    }

    private static func isMark(_ character: Character?) -> Bool { character.map { "-._/".contains($0) } ?? true }

    /// The path in capitals, without `-00001-of-00002` and `.gguf`.
    private static func stem(_ path: String) -> String {
        (GGUFPart(path)?.stem ?? String(path.dropLast(".gguf".count))).uppercased()
    }

    private var example: String { models[0].path }

    private func choice(_ problem: String) -> HubError {
        let list = models.prefix(40).map { "\($0.path)\(size($0))" }.joined(separator: ", ")
        return HubError(.choice, "\(name)", "\(problem); there are: \(list)\(models.count > 40 ? " and others" : "")")
    }

    /// The size of a model with all its parts, in brackets.
    private func size(_ file: RepositoryFile) -> String {
        let sizes = ((try? whole(file)) ?? [file]).map(\.size)
        guard let total = ByteSum.total(sizes) else { return "" }
        return " (\(ByteCount.text(total)))"
    }

    private func nothing() -> HubError {
        let pickles = all.filter { file in [".bin", ".pt", ".pth", ".ckpt"].contains { file.path.hasSuffix($0) } }
        if let pickle = pickles.first {
            return HubError(
                .choice, "\(name)",
                "has its weights as pickles (\(pickle.path)), which can run code of their own; look for one with safetensors or GGUF files"
            )
        }
        let some = all.prefix(10).map(\.path).joined(separator: ", ")
        return HubError(
            .choice, "\(name)",
            "holds neither model.safetensors nor a GGUF file\(all.isEmpty ? "" : "; there are: \(some)\(all.count > 10 ? " and others" : "")")"
        )
    }
}
