package io.vpccni.emulator.ec2;

import java.io.StringWriter;
import java.util.Collection;
import java.util.function.Consumer;
import javax.xml.stream.XMLOutputFactory;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamWriter;
import org.jspecify.annotations.Nullable;

/** Writes EC2's kind of XML: elements with text, and lists of {@code item}. */
final class Xml {
    private static final XMLOutputFactory FACTORY = XMLOutputFactory.newInstance();

    private final XMLStreamWriter writer;

    private Xml(XMLStreamWriter writer) {
        this.writer = writer;
    }

    /** A whole document. */
    static String document(String root, @Nullable String namespace, Consumer<Xml> content) {
        StringWriter text = new StringWriter();
        try {
            XMLStreamWriter writer = FACTORY.createXMLStreamWriter(text);
            writer.writeStartDocument("UTF-8", "1.0");
            writer.writeStartElement(root);
            if (namespace != null) {
                writer.writeDefaultNamespace(namespace);
            }
            content.accept(new Xml(writer));
            writer.writeEndDocument();
            writer.close();
        } catch (XMLStreamException e) {
            throw new IllegalStateException(e);
        }
        return text.toString();
    }

    /** An element with text; nothing at all for null. */
    Xml put(String name, @Nullable Object value) {
        if (value != null) {
            in(name, () -> {
                try {
                    writer.writeCharacters(value.toString());
                } catch (XMLStreamException e) {
                    throw new IllegalStateException(e);
                }
            });
        }
        return this;
    }

    Xml in(String name, Runnable content) {
        try {
            writer.writeStartElement(name);
            content.run();
            writer.writeEndElement();
        } catch (XMLStreamException e) {
            throw new IllegalStateException(e);
        }
        return this;
    }

    <T> Xml list(String name, Collection<T> items, Consumer<T> content) {
        return in(name, () -> items.forEach(item -> in("item", () -> content.accept(item))));
    }

    /** A list whose items are texts: {@code <name><item>text</item></name>}. */
    Xml texts(String name, Collection<?> items) {
        return in(name, () -> items.forEach(item -> put("item", item)));
    }
}
