import OrreryFiles

extension HubCache {
    /// Where a model lies: the directory of its snapshot, or its GGUF file.
    ///
    /// - Throws: `HubError` where it has not been downloaded, or not all of it, or where several models are there.
    func path(of name: HubName) throws -> String {
        guard let commit = commit(name.repository, name.wantedRevision) else {
            throw missing(name)
        }
        let snapshot = snapshot(name.repository, commit)
        let choice: ModelFileChoice
        do { choice = try ModelFileChoice(name, files(name.repository, commit)) } catch let error as HubError {
            switch error.code {
            case .incomplete: throw HubError.incomplete(name, "a part of the model is missing")
            case .choice where hasModels(name.repository, commit): throw error
            default: throw HubError.notPulled(name, "what the model needs has not been downloaded")
            }
        }
        if let entry = choice.entry { return Path.join(snapshot, entry) }
        try requireComplete(snapshot, name)
        return snapshot
    }

    /// - Throws: `HubError` where a directory lacks what it names itself.
    private func requireComplete(_ snapshot: String, _ name: HubName) throws {
        var needed = FileStatus(Path.join(snapshot, "adapter_config.json")) == nil ? ["config.json"] : []
        if FileStatus(Path.join(snapshot, SafetensorsCheckpoint.fileName)) == nil,
            let index = try? SafetensorsIndex(path: Path.join(snapshot, SafetensorsIndex.fileName))
        {
            needed += index.files
        }
        if let missing = needed.first(where: { FileStatus(Path.join(snapshot, $0)) == nil }) {
            throw HubError.incomplete(name, "\(missing) is missing")
        }
    }

    private func hasModels(_ repository: String, _ commit: String) -> Bool {
        files(repository, commit).contains(where: GGUFChoice.isModel)
    }

    /// The error for a revision that is not here, with those that are.
    private func missing(_ name: HubName) -> HubError {
        let commits = snapshots(name.repository)
        guard !commits.isEmpty else { return HubError.notPulled(name) }
        let there = commits.prefix(4).map { "\(name.repository)@\($0)" }.joined(separator: ", ")
        return HubError.notPulled(name, "revision \(name.wantedRevision) has not been downloaded; there is \(there)")
    }

    /// The commits of which something is here.
    func snapshots(_ repository: String) -> [String] {
        let names = try? Directory.names(in: Path.join(folder(repository), "snapshots"))
        return (names ?? []).filter(RepositoryPath.isCommit)
    }
}
