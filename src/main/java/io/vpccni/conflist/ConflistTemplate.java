package io.vpccni.conflist;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.io.JsonStringEncoder;
import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.core.util.Separators;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.StreamSupport;

/**
 * A network configuration with placeholders. What a user added to it stays as it is.
 *
 * @param source where the text is from, for people
 */
public record ConflistTemplate(String source, String text) {

    /** Where the reference's image has its template, and its chart mounts a user's. */
    private static final Path USUAL = Path.of("/app/10-aws.conflist");

    private static final ObjectMapper JSON = JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS, DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .nodeFactory(JsonNodeFactory.withExactBigDecimals(true))
            .build();

    private static final DefaultPrettyPrinter TWO_SPACES = new DefaultPrettyPrinter()
            .withArrayIndenter(new DefaultIndenter("  ", "\n"))
            .withObjectIndenter(new DefaultIndenter("  ", "\n"))
            .withSeparators(Separators.createDefaultInstance().withObjectFieldValueSpacing(Separators.Spacing.AFTER));

    /**
     * The template to use: the file that somebody named, else the one at the reference's place, else our own.
     *
     * @throws IOException when it cannot be read, and says which
     * @throws MalformedTemplateException when it is no network configuration
     */
    public static ConflistTemplate find(Optional<Path> named) throws IOException, MalformedTemplateException {
        Optional<Path> file = named.or(() -> Optional.of(USUAL).filter(Files::exists));
        ConflistTemplate found = file.isPresent()
                ? new ConflistTemplate(file.get().toString(), Files.readString(file.get()))
                : new ConflistTemplate("the template of this version", ours());
        found.check();
        return found;
    }

    private static String ours() throws IOException {
        String name = "10-aws.conflist";
        try (InputStream stream = ConflistTemplate.class.getResourceAsStream(name)) {
            return new String(Objects.requireNonNull(stream, name).readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    /** Digits in the place of values: allowed within a string and outside, and every error keeps its line and column. */
    private void check() throws MalformedTemplateException {
        parse(substituted(placeholder -> "1".repeat(placeholder.text().length())));
    }

    /** Fills the placeholders in and appends plugins. Without more plugins the text stays as its author laid it out. */
    public String render(Conflist conflist) throws MalformedTemplateException {
        check();
        Map<Placeholder, String> values = conflist.values();
        String filled = substituted(
                placeholder -> new String(JsonStringEncoder.getInstance().quoteAsString(values.get(placeholder))));
        JsonNode list = parse(filled);
        if (conflist.more().isEmpty()) {
            return filled.endsWith("\n") ? filled : filled + "\n";
        }
        ArrayNode plugins = list.withArray("plugins");
        for (String plugin : conflist.more()) {
            append(plugins, parsed(plugin));
        }
        return printed(list) + "\n";
    }

    /** A template may have the plugin already; twice in a chain, bandwidth fails. */
    private static void append(ArrayNode plugins, JsonNode plugin) {
        boolean isThere = StreamSupport.stream(plugins.spliterator(), false)
                .anyMatch(other -> other.equals(plugin)
                        || other.path("type").asText().equals("bandwidth")
                                && plugin.path("type").asText().equals("bandwidth"));
        if (!isThere) {
            plugins.add(plugin);
        }
    }

    private String substituted(Function<Placeholder, String> value) {
        String result = text;
        for (Placeholder placeholder : Placeholder.values()) {
            result = result.replace(placeholder.text(), value.apply(placeholder));
        }
        return result;
    }

    private JsonNode parse(String json) throws MalformedTemplateException {
        JsonNode list = parsed(json);
        if (!list.path("name").isTextual()
                || !list.path("plugins").isArray()
                || list.path("plugins").isEmpty()) {
            throw new MalformedTemplateException(source + ": a network configuration needs a name and plugins");
        }
        for (JsonNode plugin : list.path("plugins")) {
            if (!plugin.path("type").isTextual()) {
                throw new MalformedTemplateException(source + ": a plugin without a type: " + plugin);
            }
        }
        return list;
    }

    private JsonNode parsed(String json) throws MalformedTemplateException {
        try {
            return JSON.readTree(json);
        } catch (JsonProcessingException e) {
            JsonLocation where = e.getLocation();
            throw new MalformedTemplateException(source + ", line " + where.getLineNr() + ", column "
                    + where.getColumnNr() + ": " + e.getOriginalMessage());
        }
    }

    private static String printed(JsonNode list) {
        try {
            return JSON.writer(TWO_SPACES).writeValueAsString(list);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a tree of JSON can be written", e);
        }
    }
}
