import Foundation

/// A model of the cache.
public struct CachedModel: Sendable, Equatable {
    /// What the model is called where a path may stand, such as `owner/name` or `owner/name:Q4_K_M.gguf`.
    public let name: String
    /// The branches and tags that the model's commit is known by.
    public let revisions: [String]
    /// The commit of the repository.
    public let commit: String
    /// Where the model lies: a directory or a GGUF file.
    public let path: String
    /// The bytes on the disk.
    public let byteCount: Int
    /// What its files say it is: `safetensors` or `GGUF`, or `other` for files that are no model Orrery opens, as a
    /// tokenizer alone.
    public let format: String
    /// Hugging Face's `model_type` or GGUF's `general.architecture`; nil where no file says.
    public let architecture: String?
    /// When one of its files was read or written last, as far as the file system keeps it.
    public let lastUsed: Date?
    /// Whether all of its files are there.
    public let isComplete: Bool
}
