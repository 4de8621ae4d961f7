/// The version of this program, in this one place.
enum Version {
    static let current = "0.1.0"
}
